/** What a secret of a job may be called, besides its length. */
export const secretNamePattern = /^[a-z][a-z0-9_]*$/;
