/** A secret value of one rollout, encrypted. `name` is `env:<NAME>` or `pull`. */
export interface SealedSecret {
  name: string;
  /** base64(nonce ‖ ciphertext ‖ tag) */
  sealed: string;
}

/** Proof that an object may be removed from the engine: committed together with the record's deletion. */
export interface Tombstone {
  projectId: string;
  /** absent: the whole project */
  deploymentId?: string;
  /** also remove retained volumes */
  deleteData: boolean;
}

/** Platform state that is not in a collection. Reads. */
export interface PlatformStore {
  /** Made once, when the directory is created or first opened with the platform enabled. */
  installationId(): Promise<string>;
  secrets(rolloutId: string): Promise<SealedSecret[]>;
  tombstones(): Promise<Tombstone[]>;
  /** The one of a deployment, or of a whole project. */
  tombstone(projectId: string, deploymentId?: string): Promise<Tombstone | undefined>;
}

/** Platform state that is not in a collection. Changes, inside a transaction. */
export interface PlatformTx {
  secrets(rolloutId: string): SealedSecret[];
  /** Replaces all of the rollout's secrets. */
  putSecrets(rolloutId: string, secrets: SealedSecret[]): void;
  deleteSecrets(rolloutId: string): void;
  tombstone(projectId: string, deploymentId?: string): Tombstone | undefined;
  putTombstone(tombstone: Tombstone): void;
  deleteTombstone(tombstone: Tombstone): void;
}
