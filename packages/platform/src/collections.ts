/** Ids of the platform's collections, as One-Click made them. Code goes by id: names may be taken. */
export const COLLECTION_IDS = {
  users: '_pb_users_auth_',
  projects: '7kff2zw80a7rmbu',
  deployments: 'h2e1cdq94xgdclh',
  rollouts: '22k6ts6gvnp46mc',
  autoUpdates: 'zpmsid5xlf5361s',
  blueprints: 'vs5gr49hpah1g9q',
} as const;
