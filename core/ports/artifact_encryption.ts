/**
 * Encryption of what is stored, as an option. A port beside ArtifactPort.
 *
 * @module
 */

/** How the store is opened. */
export type SecretKind = "passphrase" | "keyring";

export interface EncryptionStatus {
  readonly secret: SecretKind;
  /** The number of the key that new content is sealed with; 0 while the store is being decrypted. */
  readonly key: number;
  /** More than one while content is still under an earlier key. */
  readonly keys: number;
}

/** What a pass over the content did. */
export interface EncryptionPass {
  /** Blocks and records that were sealed anew, or opened. */
  readonly changed: number;
}

export interface ArtifactEncryptionPort {
  /** Undefined where the store is not encrypted. */
  status(): Promise<EncryptionStatus | undefined>;
  /**
   * Encrypts everything: what is there now, archives included, and what comes. The same once more goes on with what a
   * crash interrupted. @throws SymphonyError `permission` without a passphrase or keyring
   */
  encrypt(secret: SecretKind): Promise<EncryptionPass>;
  /** A new key for everything; the old ones go when nothing needs them. @throws SymphonyError `permission` | `not-found` */
  rotate(): Promise<EncryptionPass>;
  /** Another passphrase, or the keyring: the keys are wrapped anew, content stays as it is. @throws SymphonyError */
  changeSecret(secret: SecretKind): Promise<void>;
  /** Back to no encryption. @throws SymphonyError `permission` | `not-found` */
  decrypt(): Promise<EncryptionPass>;
}
