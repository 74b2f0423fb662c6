// Loaded by mocha before the tests (.mocharc.json): Pulumi's SDK starts in two thirds of the time, in each run of a file.
import { loadResolverLate } from "../provider/pulumi/lateModule";

loadResolverLate();
