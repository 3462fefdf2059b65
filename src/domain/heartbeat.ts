/** A worker that has not been heard of for so many seconds does not work any more; each beats every 10. */
export const workerSilentSecondsMax = 60;
