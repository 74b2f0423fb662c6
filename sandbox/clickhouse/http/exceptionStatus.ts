/** ClickHouse's exception codes (system.errors) by their HTTP status. */
const CODES_BY_STATUS: readonly (readonly [number, readonly number[]])[] = [
  // Arguments, parsing, columns, syntax trees, syntax, data and types that don't fit.
  [
    400,
    [
      6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675,
      676,
    ],
  ],
  [401, [194]], // REQUIRED_PASSWORD
  // User, password, access, role, authentication.
  [403, [192, 193, 497, 512, 516]],
  // Unknown function, identifier, type, storage, table, aggregate function, format, query, database, setting, …
  [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 372, 511]],
  [408, [159]], // TIMEOUT_EXCEEDED
  [411, [381]], // HTTP_LENGTH_REQUIRED
  [413, [229]], // QUERY_IS_TOO_LARGE
  [415, [779]], // UNSUPPORTED_MEDIA_TYPE
  [501, [48]], // NOT_IMPLEMENTED
  [503, [76, 209, 439]], // CANNOT_OPEN_FILE, SOCKET_TIMEOUT, CANNOT_SCHEDULE_TASK
];

/** HTTP status for a ClickHouse exception with this code: 500 unless ClickHouse has another one for it. */
export function exceptionStatus(code: number): number {
  return CODES_BY_STATUS.find(([, codes]) => codes.includes(code))?.[0] ?? 500;
}
