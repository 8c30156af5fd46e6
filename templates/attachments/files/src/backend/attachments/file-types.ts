/** What the start of a file shows: that it is no such file and why, or its size where it is a picture. */
export type Inspection =
  | { readonly problem: string }
  | { readonly problem?: never; readonly width?: number; readonly height?: number };

/** Looks whether the first 64 KiB of a file are of the type that was declared; it never throws. */
export function inspectStart(bytes: Uint8Array, declaredType: string): Inspection {
  void [bytes, declaredType];
  throw new Error('not yet');
}
