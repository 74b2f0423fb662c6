/** What an extension can register for, as the Extensions API names it. */
export type ExtensionEvent = "INVOKE" | "SHUTDOWN";
