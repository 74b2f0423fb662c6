/** A processor architecture of AWS Lambda. */
export enum Architecture {
  /** 64-bit x86, which Lambda's console and layer names also call amd64. */
  X86_64 = "x86_64",
  /** 64-bit Arm (Graviton). */
  Arm64 = "arm64",
}
