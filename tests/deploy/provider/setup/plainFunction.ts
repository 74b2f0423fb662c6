import { asset } from "@pulumi/pulumi";

/** Code of a function that is deployed but never run. */
export function plainCode(): asset.AssetArchive {
  return new asset.AssetArchive({ "index.js": new asset.StringAsset("exports.handler = 1;\n") });
}
