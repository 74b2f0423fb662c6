// Preloaded into programs that Pulumi's host starts (lateResolver in deploy/provider/setup/programStart.ts).
require("../dist/provider/pulumi/lateModule.js").loadResolverLate();
