import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";

const images = join(__dirname, "..", "docs", "images");

const help = `npm run docs:page -- <address of the page>
Takes the pictures of the page for README and docs, in both colour schemes: of the page that \`npm run demo -- --open\` or
\`clickstack-lambda dev\` serves. They show what was invoked before, a trace with an error, and an invocation of the first function.`;

const schemes = ["light", "dark"] as const;

/** What is done before a picture is taken, by the picture's name. */
const views: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  logs: (page) => page.locator(".rows button").first().waitFor(),
  trace: async (page) => {
    await page.getByRole("link", { name: "Traces" }).click();
    const failed = page.locator(".rows button.error");
    await failed.first().waitFor();
    const cold = failed.filter({ hasText: "cold start" });
    await ((await cold.count()) > 0 ? cold : failed).first().click();
    await page.locator(".waterfall .span").first().waitFor();
  },
  invocations: async (page) => {
    await page.getByRole("link", { name: "Invocations" }).click();
    await page.locator(".functions td").first().waitFor();
  },
  invoke: async (page) => {
    await page.getByRole("link", { name: "Invoke" }).click();
    await page.getByLabel("Sample", { exact: true }).selectOption({ label: "Function URL" });
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator(".invoke .waterfall .log").last().waitFor();
  },
};

/** A new page for each picture, so that none shows what was done for another. */
async function takePictures(browser: Browser, address: string): Promise<void> {
  for (const colorScheme of schemes)
    for (const [name, prepare] of Object.entries(views)) {
      const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 640 } });
      await page.goto(address);
      await prepare(page);
      // All lines are counted, and the trace's last ones stored, soon after the first are there.
      await page.waitForTimeout(3000);
      await page.screenshot({ path: join(images, `page-${name}-${colorScheme}.png`) });
      await page.close();
    }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { help: { type: "boolean" } },
    allowPositionals: true,
  });
  const [address] = positionals;
  if (values.help || address === undefined) return console.log(help);
  const { findOnPath } = await import("./setup/onPath.mjs" as string);
  const { chromium: names } = await import("./setup/chromium.mjs" as string);
  const executablePath = findOnPath(names);
  if (executablePath === undefined)
    throw new Error("chromium is not on PATH (Debian: apt-get install chromium)");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  await takePictures(browser, address).finally(() => browser.close());
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
