/** How a process ended. */
export interface ExitStatus {
  /** 0 when a signal ended it. */
  code: number;
  /** Such as SIGKILL; undefined if it exited by itself. */
  signal?: string;
}
