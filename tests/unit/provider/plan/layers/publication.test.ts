import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Region } from "@pulumi/aws/types/enums";
import {
  awsRegions,
  checkRegions,
  commercialRegions,
  defaultRegions,
  optInRegions,
} from "../../../../../provider/plan/aws/regions";
import { UNKNOWN } from "../../../../../provider/plan/known";
import { checkLayerPermissions, layerStatements } from "../../../../../provider/plan/layers/permissions";
import { planLayers } from "../../../../../provider/plan/layers/publication";
import { chooseRegions } from "../../../../../provider/plan/layers/publicationRegions";

const python = join(__dirname, "..", "..", "../../../.cache/python/bin/python");
const layer = { path: "/a.zip", sha256: "aa", unzippedSize: 3 };

describe("regions", () => {
  it("are those of the installed AWS package", () => {
    assert.deepEqual([...awsRegions].sort(), [...new Set(Object.values(Region))].sort());
  });

  it("of the commercial partition are those of AWS's own SDK", function () {
    if (!existsSync(python)) return this.skip();
    const script = "import json, boto3; print(json.dumps(boto3.Session().get_available_regions('lambda')))";
    const known: string[] = JSON.parse(execFileSync(python, ["-c", script], { encoding: "utf8" }));
    assert.deepEqual(
      known.filter((region) => !commercialRegions.includes(region)),
      [],
    );
  });

  it("are checked one by one", () => {
    assert.deepEqual(checkRegions(["us-east-2", "us-esat-1", "us-east-2"]), [
      { propertyPath: "regions[1]", reason: '"us-esat-1" is not an AWS region. Did you mean us-east-1?' },
      { propertyPath: "regions[2]", reason: "us-east-2 is already listed at regions[0]" },
    ]);
    assert.equal(checkRegions([]).length, 1);
  });
});

describe("the regions to publish in", () => {
  it("are all commercial ones that the account has enabled; the others are reported", () => {
    const choice = chooseRegions({}, [...defaultRegions, "il-central-1"]);
    assert.deepEqual(choice.regions, [...defaultRegions, "il-central-1"].sort());
    assert.deepEqual(choice.skipped, optInRegions.filter((region) => region !== "il-central-1").sort());
    assert.deepEqual(choice.problems, []);
  });

  it("are those that are named, and more besides", () => {
    const enabled = ["us-east-1", "eu-west-1", "us-gov-west-1"];
    assert.deepEqual(chooseRegions({ regions: ["eu-west-1", "me-south-1"] }, enabled), {
      regions: ["eu-west-1"],
      skipped: ["me-south-1"],
      problems: [],
    });
    const more = chooseRegions({ regions: ["eu-west-1"], additionalRegions: ["us-gov-west-1"] }, enabled);
    assert.deepEqual(more.regions, ["eu-west-1", "us-gov-west-1"]);
  });

  it("are those enabled in every account if the account may not be queried", () => {
    const choice = chooseRegions({ additionalRegions: ["af-south-1"] }, undefined);
    assert.deepEqual(choice.regions, [...defaultRegions, "af-south-1"].sort());
    assert.ok(choice.skipped.includes("me-south-1"));
  });

  it("must be some, and regions", () => {
    const [nothing] = chooseRegions({ regions: ["me-south-1"] }, ["us-east-1"]).problems;
    assert.match(nothing?.reason ?? "", /none of me-south-1 is enabled in the account; it has us-east-1/);
    assert.deepEqual(
      chooseRegions({ regions: ["mars"], additionalRegions: ["us-esat-1"] }, undefined).problems.map(
        ({ propertyPath }) => propertyPath,
      ),
      ["regions[0]", "additionalRegions[0]"],
    );
  });
});

describe("the layer versions to publish", () => {
  it("are one for every region and built architecture", () => {
    const built = { layers: { x86_64: layer, arm64: { ...layer, sha256: "bb" } } };
    const { planned, problems } = planLayers({ regions: ["us-east-2", "eu-west-3"] }, built);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      planned.map(({ region, architecture, sha256 }) => `${region} ${architecture} ${sha256}`),
      ["us-east-2 x86_64 aa", "us-east-2 arm64 bb", "eu-west-3 x86_64 aa", "eu-west-3 arm64 bb"],
    );
  });

  it("are one more per region if light tracing is requested as a separate layer", () => {
    const built = { layers: { arm64: layer }, tracing: { ...layer, sha256: "cc" } };
    const { planned } = planLayers({ regions: ["us-east-2", "eu-west-3"], tracing: true }, built);
    assert.deepEqual(
      planned.map(({ region, architecture, sha256 }) => `${region} ${architecture} ${sha256}`),
      ["us-east-2 arm64 aa", "us-east-2 undefined cc", "eu-west-3 arm64 aa", "eu-west-3 undefined cc"],
    );
    assert.equal(planLayers({ regions: ["us-east-2"] }, built).planned.length, 1);
    const wrong = (tracing: unknown, of: Parameters<typeof planLayers>[1]) =>
      planLayers({ regions: ["us-east-2"], tracing: tracing as boolean }, of).problems;
    assert.match(wrong(true, { layers: { arm64: layer } })[0]?.reason ?? "", /of an earlier version/);
    assert.match(wrong("yes", built)[0]?.reason ?? "", /must be plain true or false/);
  });

  it("are none if there is a problem, and all problems are reported", () => {
    const wrong = planLayers(
      {
        regions: [],
        architectures: ["arm64", "arm64", "sparc"],
        namePrefix: "a b",
        permissions: { accountIds: ["1"] },
      },
      { layers: {} },
    );
    assert.deepEqual(wrong.planned, []);
    assert.deepEqual(
      wrong.problems.map(({ propertyPath }) => propertyPath),
      [
        ...["regions", "architectures[0]", "architectures[1]", "architectures[2]"],
        ...["namePrefix", "permissions.accountIds[0]"],
      ],
    );
  });

  it("need plain lists", () => {
    const args = { regions: "us-east-2" as unknown as string[], architectures: [{}] as unknown as string[] };
    const { problems } = planLayers(args, { layers: { x86_64: layer } });
    assert.deepEqual(
      problems.map(({ propertyPath }) => propertyPath),
      ["regions", "architectures"],
    );
    assert.match(problems[0]?.reason ?? "", /plain list of strings/);
  });
});

describe("the permissions of a layer version", () => {
  it("are a statement for each account and for the organization, or one for everybody", () => {
    assert.deepEqual(layerStatements(), []);
    assert.deepEqual(layerStatements({ accountIds: ["012345678901"], organizationId: "o-a1b2c3d4e5" }), [
      { statementId: "account-012345678901", principal: "012345678901" },
      { statementId: "organization", principal: "*", organizationId: "o-a1b2c3d4e5" },
    ]);
    assert.deepEqual(layerStatements({ public: true }), [{ statementId: "public", principal: "*" }]);
  });

  it("are checked", () => {
    assert.deepEqual(
      checkLayerPermissions({ accountIds: ["012345678901"], organizationId: UNKNOWN, public: false }),
      [],
    );
    const numeric = 123456789012 as unknown as string;
    const found = checkLayerPermissions({
      accountIds: ["012345678901", "012345678901", numeric],
      organizationId: "acme",
      public: true,
    });
    assert.deepEqual(
      found.map(({ propertyPath }) => propertyPath),
      [
        ...["permissions.accountIds[1]", "permissions.accountIds[2]"],
        ...["permissions.organizationId", "permissions.public"],
      ],
    );
    const list = "012345678901" as unknown as string[];
    assert.match(checkLayerPermissions({ accountIds: list })[0]?.reason ?? "", /plain list/);
  });
});
