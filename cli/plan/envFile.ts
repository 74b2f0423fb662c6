/** The env file of a function, as far as it is known. */
export interface EnvFileView {
  /** As the setting names it. */
  path: string;
  /** The function's code has no such file. */
  isMissing?: boolean;
  /** Why it cannot be read from here. */
  unread?: string;
}
