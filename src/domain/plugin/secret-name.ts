/** Valid names of a job's secret; its length is in limits.ts. */
export const secretNamePattern = /^[a-z][a-z0-9_]*$/;
