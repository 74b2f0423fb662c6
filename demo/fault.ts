/**
 * What `--fault` can break, to show that the functions are not affected, and what is reported:
 * the backend dies half-way, the ingestion key is wrong, another process of the function uses port 4318.
 */
export const faults = ["clickhouse-down", "wrong-key", "port-taken"] as const;

/** One of {@link faults}. */
export type Fault = (typeof faults)[number];
