// Loaded by mocha before the tests (.mocharc.json): Pulumi's SDK then starts in two thirds of the time, in each run of a test file.
import { loadResolverLate } from "../provider/pulumi/lateModule";

loadResolverLate();
