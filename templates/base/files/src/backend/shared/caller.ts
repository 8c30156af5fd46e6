/** Who asks: a signed-in user on one of their devices. */
export interface Caller {
  readonly userId: string;
  readonly deviceId: string;
  /** When the access token ends. */
  readonly expiresAt: Date;
}
