import { ClickHouseError } from "../base/clickHouseError";

const NOT_IMPLEMENTED = 48;
const BAD_ARGUMENTS = 36;

/** Whether a body is a form (`curl -F`), as ClickHouse's client for browsers sends parameters. */
export function isForm(contentType: string | undefined): boolean {
  return /^multipart\/form-data\b/i.test(contentType ?? "");
}

/**
 * The fields of a form, which mean the same as parameters of the URL.
 * @throws ClickHouseError for files, which would be external tables, and for invalid forms.
 */
export async function readForm(body: Buffer, contentType: string): Promise<[string, string][]> {
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": contentType } })
    .formData()
    .catch((error: Error) => {
      throw new ClickHouseError(BAD_ARGUMENTS, `Cannot read the form: ${error.message}. (BAD_ARGUMENTS)`);
    });
  return [...form].map(([name, value]) => {
    if (typeof value === "string") return [name, value];
    throw new ClickHouseError(
      NOT_IMPLEMENTED,
      `External tables are not supported by this server, such as ${name}. (NOT_IMPLEMENTED)`,
    );
  });
}
