/** How a process ended. */
export interface ExitStatus {
  /** 0 when a signal ended it. */
  code: number;
  /** Such as SIGKILL; undefined when it ended by itself. */
  signal?: string;
}
