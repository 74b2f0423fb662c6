/** The env file of a function, as far as it is known. */
export interface EnvFileView {
  /** The path in the setting. */
  path: string;
  /** The function's code has no such file. */
  isMissing?: boolean;
  /** Why it cannot be read here. */
  unread?: string;
}
