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
      job_status: {
        Row: {
          created_at: string;
          id: string;
          job_id: string;
          job_key: string;
          last_finished_at: string;
          last_message: string | null;
          last_status: string;
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
          last_status: string;
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
          last_status?: string;
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
          created_at: string;
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
          max_run_seconds: number | null;
          min_run_seconds: number | null;
          recovery_threshold: number | null;
          tenant_id: string;
          title: string;
          tool_id: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
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
          max_run_seconds?: number | null;
          min_run_seconds?: number | null;
          recovery_threshold?: number | null;
          tenant_id: string;
          title: string;
          tool_id?: string | null;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
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
          max_run_seconds?: number | null;
          min_run_seconds?: number | null;
          recovery_threshold?: number | null;
          tenant_id?: string;
          title?: string;
          tool_id?: string | null;
          updated_at?: string;
        };
        Relationships: [
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
          success_count: number;
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
          success_count?: number;
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
          success_count?: number;
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
        ];
      };
      runs: {
        Row: {
          api_key_id: string | null;
          completed_at: string | null;
          duration_ms: number | null;
          exit_code: number | null;
          host: string | null;
          id: string;
          is_clock_wrong: boolean;
          job_id: string;
          message: string | null;
          metrics: Json | null;
          ordered_at: string;
          received_at: string;
          report_key: string | null;
          started_at: string | null;
          state: string;
          tenant_id: string;
          trigger: string;
        };
        ComputedFields: never;
        Insert: {
          api_key_id?: string | null;
          completed_at?: string | null;
          duration_ms?: number | null;
          exit_code?: number | null;
          host?: string | null;
          id?: string;
          is_clock_wrong?: boolean;
          job_id: string;
          message?: string | null;
          metrics?: Json | null;
          ordered_at: string;
          received_at?: string;
          report_key?: string | null;
          started_at?: string | null;
          state: string;
          tenant_id: string;
          trigger: string;
        };
        Update: {
          api_key_id?: string | null;
          completed_at?: string | null;
          duration_ms?: number | null;
          exit_code?: number | null;
          host?: string | null;
          id?: string;
          is_clock_wrong?: boolean;
          job_id?: string;
          message?: string | null;
          metrics?: Json | null;
          ordered_at?: string;
          received_at?: string;
          report_key?: string | null;
          started_at?: string | null;
          state?: string;
          tenant_id?: string;
          trigger?: string;
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
            foreignKeyName: 'runs_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['id'];
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
      [_ in never]: never;
    };
    Functions: {
      accept_invitation: { Args: { p_token_hash: string }; Returns: string };
      authenticate_api_key: {
        Args: { p_key_hash: string };
        Returns: {
          api_key_id: string;
          scopes: string[];
          tenant_id: string;
        }[];
      };
      create_first_tenant: { Args: { p_email: string; p_name: string; p_user_id: string }; Returns: string };
      incident_badge: {
        Args: { p_tenant_id: string };
        Returns: {
          failing_count: number;
          job_count: number;
          version: string;
        }[];
      };
      record_reports: { Args: { p_reports: Json }; Returns: Json };
      take_attempt: {
        Args: { p_bucket: string; p_limit: number; p_window_seconds: number };
        Returns: number;
      };
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
