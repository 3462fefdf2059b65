export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  public: {
    Tables: {
      api_keys: {
        Row: {
          created_at: string;
          created_by: string | null;
          expires_at: string | null;
          id: string;
          key_hash: string;
          last_used_at: string | null;
          name: string;
          prefix: string;
          replaces_id: string | null;
          revoked_at: string | null;
          scopes: string[];
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          created_by?: string | null;
          expires_at?: string | null;
          id?: string;
          key_hash: string;
          last_used_at?: string | null;
          name: string;
          prefix: string;
          replaces_id?: string | null;
          revoked_at?: string | null;
          scopes: string[];
          tenant_id: string;
        };
        Update: {
          created_at?: string;
          created_by?: string | null;
          expires_at?: string | null;
          id?: string;
          key_hash?: string;
          last_used_at?: string | null;
          name?: string;
          prefix?: string;
          replaces_id?: string | null;
          revoked_at?: string | null;
          scopes?: string[];
          tenant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'api_keys_replaces_id_fkey';
            columns: ['replaces_id'];
            isOneToOne: false;
            referencedRelation: 'api_keys';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'api_keys_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
      audit_log: {
        Row: {
          action: string;
          actor_id: string | null;
          actor_kind: string;
          actor_name: string;
          after: Json | null;
          before: Json | null;
          created_at: string;
          id: number;
          subject_id: string;
          subject_kind: string;
          subject_name: string;
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          action: string;
          actor_id?: string | null;
          actor_kind: string;
          actor_name?: string;
          after?: Json | null;
          before?: Json | null;
          created_at?: string;
          id?: never;
          subject_id: string;
          subject_kind: string;
          subject_name?: string;
          tenant_id: string;
        };
        Update: {
          action?: string;
          actor_id?: string | null;
          actor_kind?: string;
          actor_name?: string;
          after?: Json | null;
          before?: Json | null;
          created_at?: string;
          id?: never;
          subject_id?: string;
          subject_kind?: string;
          subject_name?: string;
          tenant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'audit_log_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
      invitations: {
        Row: {
          accepted_at: string | null;
          accepted_by: string | null;
          created_at: string;
          email: string;
          expires_at: string;
          id: string;
          invited_by: string | null;
          revoked_at: string | null;
          role: string;
          tenant_id: string;
          token_hash: string;
        };
        ComputedFields: never;
        Insert: {
          accepted_at?: string | null;
          accepted_by?: string | null;
          created_at?: string;
          email: string;
          expires_at?: string;
          id?: string;
          invited_by?: string | null;
          revoked_at?: string | null;
          role: string;
          tenant_id: string;
          token_hash: string;
        };
        Update: {
          accepted_at?: string | null;
          accepted_by?: string | null;
          created_at?: string;
          email?: string;
          expires_at?: string;
          id?: string;
          invited_by?: string | null;
          revoked_at?: string | null;
          role?: string;
          tenant_id?: string;
          token_hash?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'invitations_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
      job_search_texts: {
        Row: {
          job_id: string;
          message_text: string;
          name_text: string;
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          job_id: string;
          message_text?: string;
          name_text: string;
          tenant_id: string;
        };
        Update: {
          job_id?: string;
          message_text?: string;
          name_text?: string;
          tenant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'job_search_texts_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: true;
            referencedRelation: 'jobs';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'job_search_texts_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: true;
            referencedRelation: 'plugin_job_overview';
            referencedColumns: ['job_id'];
          },
        ];
      };
      job_status: {
        Row: {
          created_at: string;
          id: string;
          job_id: string;
          job_key: string;
          last_finished_at: string;
          last_message: string | null;
          last_message_code: string | null;
          last_message_values: Json | null;
          last_ordered_at: string;
          last_status: string;
          late_failure_at: string | null;
          late_failure_run_id: string | null;
          shown_state: string;
          tenant_id: string;
          title: string;
          tool_id: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          id?: string;
          job_id: string;
          job_key: string;
          last_finished_at: string;
          last_message?: string | null;
          last_message_code?: string | null;
          last_message_values?: Json | null;
          last_ordered_at: string;
          last_status: string;
          late_failure_at?: string | null;
          late_failure_run_id?: string | null;
          shown_state?: never;
          tenant_id: string;
          title: string;
          tool_id?: string | null;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          id?: string;
          job_id?: string;
          job_key?: string;
          last_finished_at?: string;
          last_message?: string | null;
          last_message_code?: string | null;
          last_message_values?: Json | null;
          last_ordered_at?: string;
          last_status?: string;
          late_failure_at?: string | null;
          late_failure_run_id?: string | null;
          shown_state?: never;
          tenant_id?: string;
          title?: string;
          tool_id?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'job_status_belongs_to_a_tool_of_its_tenant';
            columns: ['tenant_id', 'tool_id'];
            isOneToOne: false;
            referencedRelation: 'tools';
            referencedColumns: ['tenant_id', 'id'];
          },
          {
            foreignKeyName: 'job_status_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: true;
            referencedRelation: 'jobs';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'job_status_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: true;
            referencedRelation: 'plugin_job_overview';
            referencedColumns: ['job_id'];
          },
          {
            foreignKeyName: 'job_status_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
      jobs: {
        Row: {
          backoff_seconds: number;
          concurrency_limit: number | null;
          created_at: string;
          cursor: string | null;
          early_tolerance_seconds: number | null;
          expected_cron: string | null;
          expected_interval_seconds: number | null;
          expected_schedule_type: string | null;
          expected_time_zone: string | null;
          failure_threshold: number | null;
          id: string;
          is_enabled: boolean;
          is_expectation_locked: boolean;
          job_key: string;
          kind: string;
          late_tolerance_seconds: number | null;
          latest_ordered_at: string | null;
          latest_run_id: string | null;
          max_attempts: number;
          max_backoff_seconds: number;
          max_run_seconds: number | null;
          min_run_seconds: number | null;
          payload: NonNullable<Json>;
          plugin_id: string | null;
          plugin_job_name: string | null;
          recovery_threshold: number | null;
          staff_can_run: boolean;
          tenant_id: string;
          timeout_seconds: number;
          title: string;
          titles: Json | null;
          tool_id: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          backoff_seconds?: number;
          concurrency_limit?: number | null;
          created_at?: string;
          cursor?: string | null;
          early_tolerance_seconds?: number | null;
          expected_cron?: string | null;
          expected_interval_seconds?: number | null;
          expected_schedule_type?: string | null;
          expected_time_zone?: string | null;
          failure_threshold?: number | null;
          id?: string;
          is_enabled?: boolean;
          is_expectation_locked?: boolean;
          job_key: string;
          kind?: string;
          late_tolerance_seconds?: number | null;
          latest_ordered_at?: string | null;
          latest_run_id?: string | null;
          max_attempts?: number;
          max_backoff_seconds?: number;
          max_run_seconds?: number | null;
          min_run_seconds?: number | null;
          payload?: NonNullable<Json>;
          plugin_id?: string | null;
          plugin_job_name?: string | null;
          recovery_threshold?: number | null;
          staff_can_run?: boolean;
          tenant_id: string;
          timeout_seconds?: number;
          title: string;
          titles?: Json | null;
          tool_id?: string | null;
          updated_at?: string;
        };
        Update: {
          backoff_seconds?: number;
          concurrency_limit?: number | null;
          created_at?: string;
          cursor?: string | null;
          early_tolerance_seconds?: number | null;
          expected_cron?: string | null;
          expected_interval_seconds?: number | null;
          expected_schedule_type?: string | null;
          expected_time_zone?: string | null;
          failure_threshold?: number | null;
          id?: string;
          is_enabled?: boolean;
          is_expectation_locked?: boolean;
          job_key?: string;
          kind?: string;
          late_tolerance_seconds?: number | null;
          latest_ordered_at?: string | null;
          latest_run_id?: string | null;
          max_attempts?: number;
          max_backoff_seconds?: number;
          max_run_seconds?: number | null;
          min_run_seconds?: number | null;
          payload?: NonNullable<Json>;
          plugin_id?: string | null;
          plugin_job_name?: string | null;
          recovery_threshold?: number | null;
          staff_can_run?: boolean;
          tenant_id?: string;
          timeout_seconds?: number;
          title?: string;
          titles?: Json | null;
          tool_id?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'job_belongs_to_a_plugin_of_its_tenant';
            columns: ['tenant_id', 'plugin_id'];
            isOneToOne: false;
            referencedRelation: 'plugins';
            referencedColumns: ['tenant_id', 'id'];
          },
          {
            foreignKeyName: 'job_belongs_to_a_tool_of_its_tenant';
            columns: ['tenant_id', 'tool_id'];
            isOneToOne: false;
            referencedRelation: 'tools';
            referencedColumns: ['tenant_id', 'id'];
          },
          {
            foreignKeyName: 'jobs_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
      members: {
        Row: {
          created_at: string;
          display_name: string;
          email: string;
          role: string;
          tenant_id: string;
          updated_at: string;
          user_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          display_name?: string;
          email: string;
          role: string;
          tenant_id: string;
          updated_at?: string;
          user_id: string;
        };
        Update: {
          created_at?: string;
          display_name?: string;
          email?: string;
          role?: string;
          tenant_id?: string;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'members_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
      occurrences: {
        Row: {
          created_at: string;
          due_at: string;
          id: string;
          instant_count: number;
          job_id: string;
          nominal_at: string;
          reason: string | null;
          run_id: string | null;
          schedule_id: string | null;
          state: string;
          tenant_id: string;
          through_nominal_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          due_at: string;
          id?: string;
          instant_count?: number;
          job_id: string;
          nominal_at: string;
          reason?: string | null;
          run_id?: string | null;
          schedule_id?: string | null;
          state: string;
          tenant_id: string;
          through_nominal_at: string;
        };
        Update: {
          created_at?: string;
          due_at?: string;
          id?: string;
          instant_count?: number;
          job_id?: string;
          nominal_at?: string;
          reason?: string | null;
          run_id?: string | null;
          schedule_id?: string | null;
          state?: string;
          tenant_id?: string;
          through_nominal_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'occurrences_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: false;
            referencedRelation: 'jobs';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'occurrences_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: false;
            referencedRelation: 'plugin_job_overview';
            referencedColumns: ['job_id'];
          },
        ];
      };
      off_periods: {
        Row: {
          id: string;
          job_id: string | null;
          plugin_id: string | null;
          reason: string;
          since: string;
          since_by: string;
          subject_id: string;
          tenant_id: string;
          until: string | null;
          until_by: string | null;
        };
        ComputedFields: never;
        Insert: {
          id?: string;
          job_id?: string | null;
          plugin_id?: string | null;
          reason?: never;
          since?: string;
          since_by?: string;
          subject_id?: never;
          tenant_id: string;
          until?: string | null;
          until_by?: string | null;
        };
        Update: {
          id?: string;
          job_id?: string | null;
          plugin_id?: string | null;
          reason?: never;
          since?: string;
          since_by?: string;
          subject_id?: never;
          tenant_id?: string;
          until?: string | null;
          until_by?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: 'off_periods_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: false;
            referencedRelation: 'jobs';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'off_periods_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: false;
            referencedRelation: 'plugin_job_overview';
            referencedColumns: ['job_id'];
          },
          {
            foreignKeyName: 'off_periods_plugin_id_fkey';
            columns: ['plugin_id'];
            isOneToOne: false;
            referencedRelation: 'plugins';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'off_periods_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
      plugins: {
        Row: {
          base_url: string | null;
          concurrency_limit: number | null;
          created_at: string;
          health: string;
          health_checked_at: string | null;
          health_message: string | null;
          health_message_code: string | null;
          health_message_values: Json | null;
          id: string;
          is_enabled: boolean;
          kind: string;
          manifest: NonNullable<Json>;
          manifest_text: string | null;
          name: string;
          plugin_key: string;
          tenant_id: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          base_url?: string | null;
          concurrency_limit?: number | null;
          created_at?: string;
          health?: string;
          health_checked_at?: string | null;
          health_message?: string | null;
          health_message_code?: string | null;
          health_message_values?: Json | null;
          id?: string;
          is_enabled?: boolean;
          kind: string;
          manifest: NonNullable<Json>;
          manifest_text?: string | null;
          name: string;
          plugin_key: string;
          tenant_id: string;
          updated_at?: string;
        };
        Update: {
          base_url?: string | null;
          concurrency_limit?: number | null;
          created_at?: string;
          health?: string;
          health_checked_at?: string | null;
          health_message?: string | null;
          health_message_code?: string | null;
          health_message_values?: Json | null;
          id?: string;
          is_enabled?: boolean;
          kind?: string;
          manifest?: NonNullable<Json>;
          manifest_text?: string | null;
          name?: string;
          plugin_key?: string;
          tenant_id?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'plugins_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
      run_attempts: {
        Row: {
          attempt: number;
          error: Json | null;
          finished_at: string | null;
          outcome: string | null;
          run_id: string;
          started_at: string;
          tenant_id: string;
          worker_id: string;
        };
        ComputedFields: never;
        Insert: {
          attempt: number;
          error?: Json | null;
          finished_at?: string | null;
          outcome?: string | null;
          run_id: string;
          started_at?: string;
          tenant_id: string;
          worker_id: string;
        };
        Update: {
          attempt?: number;
          error?: Json | null;
          finished_at?: string | null;
          outcome?: string | null;
          run_id?: string;
          started_at?: string;
          tenant_id?: string;
          worker_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'run_attempts_run_id_fkey';
            columns: ['run_id'];
            isOneToOne: false;
            referencedRelation: 'plugin_job_overview';
            referencedColumns: ['latest_run_id'];
          },
          {
            foreignKeyName: 'run_attempts_run_id_fkey';
            columns: ['run_id'];
            isOneToOne: false;
            referencedRelation: 'runs';
            referencedColumns: ['id'];
          },
        ];
      };
      run_error_stacks: {
        Row: {
          run_id: string;
          stack: string;
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          run_id: string;
          stack: string;
          tenant_id: string;
        };
        Update: {
          run_id?: string;
          stack?: string;
          tenant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'run_error_stacks_run_id_fkey';
            columns: ['run_id'];
            isOneToOne: true;
            referencedRelation: 'plugin_job_overview';
            referencedColumns: ['latest_run_id'];
          },
          {
            foreignKeyName: 'run_error_stacks_run_id_fkey';
            columns: ['run_id'];
            isOneToOne: true;
            referencedRelation: 'runs';
            referencedColumns: ['id'];
          },
        ];
      };
      run_logs: {
        Row: {
          cut_characters: number;
          head: string;
          run_id: string;
          tail: string;
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          cut_characters?: number;
          head: string;
          run_id: string;
          tail?: string;
          tenant_id: string;
        };
        Update: {
          cut_characters?: number;
          head?: string;
          run_id?: string;
          tail?: string;
          tenant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'run_logs_run_id_fkey';
            columns: ['run_id'];
            isOneToOne: true;
            referencedRelation: 'plugin_job_overview';
            referencedColumns: ['latest_run_id'];
          },
          {
            foreignKeyName: 'run_logs_run_id_fkey';
            columns: ['run_id'];
            isOneToOne: true;
            referencedRelation: 'runs';
            referencedColumns: ['id'];
          },
        ];
      };
      run_stats_daily: {
        Row: {
          canceled_count: number;
          day: string;
          duration_count: number;
          duration_ms_max: number;
          duration_ms_sum: number;
          failed_count: number;
          job_id: string;
          started_canceled_count: number;
          started_failed_count: number;
          started_success_count: number;
          success_count: number;
          success_duration_count: number;
          success_duration_ms_sum: number;
          success_events_sum: number;
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          canceled_count?: number;
          day: string;
          duration_count?: number;
          duration_ms_max?: number;
          duration_ms_sum?: number;
          failed_count?: number;
          job_id: string;
          started_canceled_count?: number;
          started_failed_count?: number;
          started_success_count?: number;
          success_count?: number;
          success_duration_count?: number;
          success_duration_ms_sum?: number;
          success_events_sum?: number;
          tenant_id: string;
        };
        Update: {
          canceled_count?: number;
          day?: string;
          duration_count?: number;
          duration_ms_max?: number;
          duration_ms_sum?: number;
          failed_count?: number;
          job_id?: string;
          started_canceled_count?: number;
          started_failed_count?: number;
          started_success_count?: number;
          success_count?: number;
          success_duration_count?: number;
          success_duration_ms_sum?: number;
          success_events_sum?: number;
          tenant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'run_stats_daily_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: false;
            referencedRelation: 'jobs';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'run_stats_daily_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: false;
            referencedRelation: 'plugin_job_overview';
            referencedColumns: ['job_id'];
          },
        ];
      };
      run_totals_daily: {
        Row: {
          canceled_count: number;
          day: string;
          failed_count: number;
          id: number;
          is_folded: boolean;
          plugin_id: string | null;
          started_canceled_count: number;
          started_failed_count: number;
          started_success_count: number;
          success_count: number;
          success_duration_count: number;
          success_duration_ms_sum: number;
          success_events_sum: number;
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          canceled_count: number;
          day: string;
          failed_count: number;
          id?: never;
          is_folded?: boolean;
          plugin_id?: string | null;
          started_canceled_count?: number;
          started_failed_count?: number;
          started_success_count?: number;
          success_count: number;
          success_duration_count: number;
          success_duration_ms_sum: number;
          success_events_sum: number;
          tenant_id: string;
        };
        Update: {
          canceled_count?: number;
          day?: string;
          failed_count?: number;
          id?: never;
          is_folded?: boolean;
          plugin_id?: string | null;
          started_canceled_count?: number;
          started_failed_count?: number;
          started_success_count?: number;
          success_count?: number;
          success_duration_count?: number;
          success_duration_ms_sum?: number;
          success_events_sum?: number;
          tenant_id?: string;
        };
        Relationships: [];
      };
      runs: {
        Row: {
          api_key_id: string | null;
          attempt: number;
          attempt_token: string | null;
          cancel_requested_at: string | null;
          clock_ahead_ms: number | null;
          cursor_after: string | null;
          cursor_before: string | null;
          deadline_at: string | null;
          duration_ms: number | null;
          error: Json | null;
          events_processed: number | null;
          exit_code: number | null;
          finished_at: string | null;
          has_own_cursor: boolean;
          host: string | null;
          id: string;
          is_clock_wrong: boolean;
          is_exclusive: boolean;
          is_reported_late: boolean;
          job_id: string;
          lease_expires_at: string | null;
          message: string | null;
          message_code: string | null;
          message_values: Json | null;
          metrics: Json | null;
          next_attempt_at: string | null;
          ordered_at: string;
          origin_run_id: string | null;
          payload: Json | null;
          priority: string;
          progress: Json | null;
          queue_message_id: number | null;
          queue_name: string | null;
          received_at: string;
          release_count: number;
          report_attempt: number;
          report_key: string | null;
          requested_by: string | null;
          result: Json | null;
          schedule_id: string | null;
          scheduled_for: string | null;
          snooze_count: number;
          started_at: string | null;
          started_or_queued_at: string;
          state: string;
          tenant_id: string;
          trigger: string;
          updated_at: string;
          worker_id: string | null;
        };
        ComputedFields: never;
        Insert: {
          api_key_id?: string | null;
          attempt?: number;
          attempt_token?: string | null;
          cancel_requested_at?: string | null;
          clock_ahead_ms?: number | null;
          cursor_after?: string | null;
          cursor_before?: string | null;
          deadline_at?: string | null;
          duration_ms?: number | null;
          error?: Json | null;
          events_processed?: number | null;
          exit_code?: number | null;
          finished_at?: string | null;
          has_own_cursor?: boolean;
          host?: string | null;
          id?: string;
          is_clock_wrong?: boolean;
          is_exclusive?: boolean;
          is_reported_late?: boolean;
          job_id: string;
          lease_expires_at?: string | null;
          message?: string | null;
          message_code?: string | null;
          message_values?: Json | null;
          metrics?: Json | null;
          next_attempt_at?: string | null;
          ordered_at: string;
          origin_run_id?: string | null;
          payload?: Json | null;
          priority?: string;
          progress?: Json | null;
          queue_message_id?: number | null;
          queue_name?: string | null;
          received_at?: string;
          release_count?: number;
          report_attempt?: number;
          report_key?: string | null;
          requested_by?: string | null;
          result?: Json | null;
          schedule_id?: string | null;
          scheduled_for?: string | null;
          snooze_count?: number;
          started_at?: string | null;
          started_or_queued_at?: never;
          state: string;
          tenant_id: string;
          trigger: string;
          updated_at?: string;
          worker_id?: string | null;
        };
        Update: {
          api_key_id?: string | null;
          attempt?: number;
          attempt_token?: string | null;
          cancel_requested_at?: string | null;
          clock_ahead_ms?: number | null;
          cursor_after?: string | null;
          cursor_before?: string | null;
          deadline_at?: string | null;
          duration_ms?: number | null;
          error?: Json | null;
          events_processed?: number | null;
          exit_code?: number | null;
          finished_at?: string | null;
          has_own_cursor?: boolean;
          host?: string | null;
          id?: string;
          is_clock_wrong?: boolean;
          is_exclusive?: boolean;
          is_reported_late?: boolean;
          job_id?: string;
          lease_expires_at?: string | null;
          message?: string | null;
          message_code?: string | null;
          message_values?: Json | null;
          metrics?: Json | null;
          next_attempt_at?: string | null;
          ordered_at?: string;
          origin_run_id?: string | null;
          payload?: Json | null;
          priority?: string;
          progress?: Json | null;
          queue_message_id?: number | null;
          queue_name?: string | null;
          received_at?: string;
          release_count?: number;
          report_attempt?: number;
          report_key?: string | null;
          requested_by?: string | null;
          result?: Json | null;
          schedule_id?: string | null;
          scheduled_for?: string | null;
          snooze_count?: number;
          started_at?: string | null;
          started_or_queued_at?: never;
          state?: string;
          tenant_id?: string;
          trigger?: string;
          updated_at?: string;
          worker_id?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: 'runs_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: false;
            referencedRelation: 'jobs';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'runs_job_id_fkey';
            columns: ['job_id'];
            isOneToOne: false;
            referencedRelation: 'plugin_job_overview';
            referencedColumns: ['job_id'];
          },
          {
            foreignKeyName: 'runs_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
      scheduler_settings: {
        Row: {
          is_enabled: boolean;
          tenant_id: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          is_enabled?: boolean;
          tenant_id: string;
          updated_at?: string;
        };
        Update: {
          is_enabled?: boolean;
          tenant_id?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'scheduler_settings_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: true;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
      schedules: {
        Row: {
          anchor_at: string | null;
          blackouts: NonNullable<Json>;
          catch_up_after_enable: boolean;
          created_at: string;
          cron_expression: string | null;
          id: string;
          interval_seconds: number | null;
          job_id: string;
          last_nominal_at: string | null;
          misfire_limit: number;
          misfire_policy: string;
          next_due_at: string | null;
          next_nominal_at: string | null;
          overlap_policy: string;
          run_at: string | null;
          schedule_type: string;
          spread_seconds: number;
          tenant_id: string;
          time_zone: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          anchor_at?: string | null;
          blackouts?: NonNullable<Json>;
          catch_up_after_enable?: boolean;
          created_at?: string;
          cron_expression?: string | null;
          id?: string;
          interval_seconds?: number | null;
          job_id: string;
          last_nominal_at?: string | null;
          misfire_limit?: number;
          misfire_policy?: string;
          next_due_at?: string | null;
          next_nominal_at?: string | null;
          overlap_policy?: string;
          run_at?: string | null;
          schedule_type: string;
          spread_seconds?: number;
          tenant_id: string;
          time_zone?: string;
          updated_at?: string;
        };
        Update: {
          anchor_at?: string | null;
          blackouts?: NonNullable<Json>;
          catch_up_after_enable?: boolean;
          created_at?: string;
          cron_expression?: string | null;
          id?: string;
          interval_seconds?: number | null;
          job_id?: string;
          last_nominal_at?: string | null;
          misfire_limit?: number;
          misfire_policy?: string;
          next_due_at?: string | null;
          next_nominal_at?: string | null;
          overlap_policy?: string;
          run_at?: string | null;
          schedule_type?: string;
          spread_seconds?: number;
          tenant_id?: string;
          time_zone?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'schedule_belongs_to_a_job_of_its_tenant';
            columns: ['tenant_id', 'job_id'];
            isOneToOne: false;
            referencedRelation: 'jobs';
            referencedColumns: ['tenant_id', 'id'];
          },
          {
            foreignKeyName: 'schedule_belongs_to_a_job_of_its_tenant';
            columns: ['tenant_id', 'job_id'];
            isOneToOne: false;
            referencedRelation: 'plugin_job_overview';
            referencedColumns: ['tenant_id', 'job_id'];
          },
        ];
      };
      tenants: {
        Row: {
          created_at: string;
          id: string;
          name: string;
          time_zone: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          id?: string;
          name: string;
          time_zone?: string;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          id?: string;
          name?: string;
          time_zone?: string;
          updated_at?: string;
        };
        Relationships: [];
      };
      tools: {
        Row: {
          created_at: string;
          description: string;
          id: string;
          name: string;
          tenant_id: string;
          updated_at: string;
          url: string | null;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          description?: string;
          id?: string;
          name: string;
          tenant_id: string;
          updated_at?: string;
          url?: string | null;
        };
        Update: {
          created_at?: string;
          description?: string;
          id?: string;
          name?: string;
          tenant_id?: string;
          updated_at?: string;
          url?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: 'tools_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
    };
    Views: {
      plugin_job_overview: {
        Row: {
          anchor_at: string | null;
          blackouts: Json | null;
          catch_up_after_enable: boolean | null;
          cron_expression: string | null;
          declared_description: Json | null;
          interval_seconds: number | null;
          is_enabled: boolean;
          is_plugin_enabled: boolean;
          job_created_at: string;
          job_id: string;
          job_key: string;
          last_finished_at: string | null;
          last_message: string | null;
          last_nominal_at: string | null;
          last_status: string | null;
          latest_run_at: string | null;
          latest_run_finished_at: string | null;
          latest_run_id: string | null;
          latest_run_state: string | null;
          latest_run_trigger: string | null;
          misfire_limit: number | null;
          misfire_policy: string | null;
          name_text: string | null;
          next_due_at: string | null;
          next_nominal_at: string | null;
          off_by: string | null;
          off_reason: string | null;
          off_since: string | null;
          overlap_policy: string | null;
          plugin_id: string | null;
          plugin_job_name: string | null;
          plugin_key: string;
          plugin_name: string;
          plugin_names: Json | null;
          run_at: string | null;
          schedule_id: string | null;
          schedule_type: string | null;
          spread_seconds: number | null;
          tenant_id: string;
          time_zone: string | null;
          title: string;
          titles: Json | null;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: 'job_belongs_to_a_plugin_of_its_tenant';
            columns: ['tenant_id', 'plugin_id'];
            isOneToOne: false;
            referencedRelation: 'plugins';
            referencedColumns: ['tenant_id', 'id'];
          },
          {
            foreignKeyName: 'jobs_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
          },
        ];
      };
    };
    Functions: {
      accept_invitation: { Args: { p_token_hash: string }; Returns: string };
      apply_tick: { Args: { p_now: string; p_plans: Json }; Returns: Json };
      authenticate_api_key: {
        Args: { p_key_hash: string };
        Returns: {
          api_key_id: string;
          scopes: string[];
          tenant_id: string;
        }[];
      };
      cancel_run: { Args: { p_run_id: string }; Returns: string };
      claim_runs: {
        Args: { p_handlers?: Json; p_lease_seconds?: number; p_quantity: number; p_worker_id: string };
        Returns: {
          attempt: number;
          attempt_token: string;
          backoff_seconds: number;
          base_url: string;
          cursor: string;
          job_id: string;
          job_key: string;
          manifest_job: Json;
          max_attempts: number;
          max_backoff_seconds: number;
          payload: Json;
          plugin_id: string;
          plugin_job_name: string;
          plugin_key: string;
          plugin_kind: string;
          run_id: string;
          scheduled_for: string;
          secrets: Json;
          signing_secret: string;
          snooze_count: number;
          tenant_id: string;
          timeout_seconds: number;
          trigger: string;
        }[];
      };
      create_first_tenant: { Args: { p_email: string; p_name: string; p_user_id: string }; Returns: string };
      current_member: {
        Args: Record<PropertyKey, never>;
        Returns: {
          badge_version: string;
          display_name: string;
          email: string;
          failing_count: number;
          job_count: number;
          role: string;
          tenant_id: string;
          tenant_name: string;
          time_zone: string;
          user_id: string;
        }[];
      };
      declare_plugin: { Args: { p_jobs: Json; p_plugin: Json; p_tenant_id: string }; Returns: string };
      dismiss_late_failures: { Args: { p_job_id: string; p_tenant_id: string }; Returns: number };
      extend_leases: {
        Args: { p_attempts: Json; p_lease_seconds?: number };
        Returns: {
          is_cancel_requested: boolean;
          run_id: string;
        }[];
      };
      find_open_attempt: {
        Args: { p_attempt_token: string; p_run_id: string };
        Returns: {
          attempt: number;
          backoff_seconds: number;
          is_cancel_requested: boolean;
          max_attempts: number;
          max_backoff_seconds: number;
          secrets: string[];
          snooze_count: number;
        }[];
      };
      finish_attempts: {
        Args: { p_results: Json };
        Returns: {
          run_id: string;
          state: string;
        }[];
      };
      has_worker: { Args: { p_job_id: string }; Returns: boolean };
      list_due_schedules: {
        Args: { p_limit?: number; p_now?: string };
        Returns: {
          anchor_at: string;
          as_of: string;
          blackouts: Json;
          catch_up_after_enable: boolean;
          cron_expression: string;
          id: string;
          interval_seconds: number;
          is_deleted: boolean;
          job_id: string;
          misfire_limit: number;
          misfire_policy: string;
          next_nominal_at: string;
          off_periods: Json;
          overlap_policy: string;
          run_at: string;
          schedule_type: string;
          spread_seconds: number;
          superseded_at: string;
          superseded_id: string;
          tenant_id: string;
          time_zone: string;
          updated_at: string;
        }[];
      };
      list_job_secrets: {
        Args: { p_job_id: string };
        Returns: {
          name: string;
          updated_at: string;
        }[];
      };
      look_at_leases: {
        Args: { p_attempts: Json };
        Returns: {
          is_cancel_requested: boolean;
          run_id: string;
        }[];
      };
      note_heartbeat: { Args: { p_details?: Json; p_process: string }; Returns: undefined };
      note_plugin_health: {
        Args: { p_code?: string; p_health: string; p_message: string; p_plugin_id: string; p_values?: Json };
        Returns: undefined;
      };
      note_plugin_progress: {
        Args: { p_attempt_token: string; p_lease_seconds?: number; p_progress?: Json; p_run_id: string };
        Returns: boolean;
      };
      owns_webhook_secret: { Args: { p_tenant_id: string }; Returns: boolean };
      page_job_status: {
        Args: {
          p_at?: string;
          p_id?: string;
          p_is_backwards?: boolean;
          p_is_counted?: boolean;
          p_limit?: number;
          p_pattern?: string;
          p_shown_state?: string;
          p_state?: string;
          p_tenant_id: string;
          p_tool_id?: string;
        };
        Returns: {
          id: string;
          job_id: string;
          job_key: string;
          last_finished_at: string;
          last_message: string;
          last_message_code: string;
          last_message_values: Json;
          last_ordered_at: string;
          last_status: string;
          late_failure_at: string;
          late_failure_run_id: string;
          match_count: number;
          shown_state: string;
          title: string;
          titles: Json;
          tool_name: string;
          updated_at: string;
        }[];
      };
      page_plugin_runs: {
        Args: {
          p_is_newest_first?: boolean;
          p_job_id?: string;
          p_job_name?: string;
          p_limit?: number;
          p_offset?: number;
          p_plugin_id: string;
          p_state?: string;
          p_tenant_id: string;
        };
        Returns: {
          place: number;
          run_id: string;
          total: number;
        }[];
      };
      page_runs: {
        Args: {
          p_at?: string;
          p_from?: string;
          p_id?: string;
          p_is_backwards?: boolean;
          p_is_portal?: boolean;
          p_job_id?: string;
          p_limit?: number;
          p_plugin_id?: string;
          p_state?: string;
          p_tenant_id: string;
          p_trigger?: string;
          p_until?: string;
        };
        Returns: {
          run_id: string;
        }[];
      };
      read_portal_health: { Args: { p_tenant_id?: string }; Returns: Json };
      read_portal_metrics: { Args: { p_tenant_id?: string }; Returns: Json };
      read_scheduler_status: { Args: { p_tenant_id: string }; Returns: Json };
      read_schedules_overview: { Args: { p_due_until?: string; p_tenant_id: string }; Returns: Json };
      reap_runs: { Args: Record<PropertyKey, never>; Returns: Json };
      record_reports: { Args: { p_reports: Json }; Returns: Json };
      rename_myself: { Args: { p_display_name: string }; Returns: undefined };
      set_job_enabled: { Args: { p_is_enabled: boolean; p_job_id: string }; Returns: boolean };
      set_job_secret: { Args: { p_job_id: string; p_name: string; p_value: string }; Returns: undefined };
      set_plugin_secret: { Args: { p_plugin_id: string; p_signing_secret: string }; Returns: undefined };
      start_run: {
        Args: {
          p_cursor?: string;
          p_has_cursor?: boolean;
          p_job_id: string;
          p_origin_run_id?: string;
          p_payload?: Json;
          p_trigger?: string;
        };
        Returns: string;
      };
      summarize_plugin_runs: {
        Args: { p_job_id?: string; p_job_name?: string; p_plugin_id: string; p_tenant_id: string };
        Returns: {
          canceled_count: number;
          failed_count: number;
          pending_count: number;
          running_count: number;
          success_count: number;
          success_duration_count: number;
          success_duration_ms_sum: number;
          success_events_sum: number;
        }[];
      };
      summarize_runs: {
        Args: { p_job_id?: string; p_plugin_id?: string; p_since: string; p_tenant_id: string };
        Returns: {
          canceled_count: number;
          failed_count: number;
          own_success_count: number;
          pending_count: number;
          running_count: number;
          success_count: number;
          success_duration_count: number;
          success_duration_ms_sum: number;
          success_events_sum: number;
        }[];
      };
      take_attempt: {
        Args: { p_bucket: string; p_limit: number; p_window_seconds: number };
        Returns: number;
      };
      write_run_logs: { Args: { p_logs: Json }; Returns: undefined };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    keyof (DefaultSchema['Tables'] & DefaultSchema['Views']) | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
      Row: infer R;
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    ? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R;
      }
      ? R
      : never
    : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Insert: infer I;
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I;
      }
      ? I
      : never
    : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Update: infer U;
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U;
      }
      ? U
      : never
    : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    keyof DefaultSchema['Enums'] | { schema: keyof DatabaseWithoutInternals },
  EnumName extends (DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
    : never) = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
    ? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
    : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    keyof DefaultSchema['CompositeTypes'] | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
    : never) = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
    ? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
    : never;

export const Constants = {
  public: {
    Enums: {},
  },
} as const;
