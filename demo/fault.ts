/**
 * What `--fault` can break, so that anyone can see what the functions notice of it (nothing) and what is reported:
 * the backend dies half-way, the ingestion key is wrong, another process of the function has taken port 4318.
 */
export const faults = ["clickhouse-down", "wrong-key", "port-taken"] as const;

/** One of {@link faults}. */
export type Fault = (typeof faults)[number];
