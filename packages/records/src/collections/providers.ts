const PROVIDERS = new Set(
  `apple google microsoft yandex facebook instagram2 github gitlab bitbucket gitee gitea discord twitter kakao vk
  linear notion monday lark box spotify trakt twitch patreon strava wakatime livechat mailcow planningcenter oidc
  oidc2 oidc3`.split(/\s+/),
);

/** Whether accounts elsewhere can come from it. */
export function isProvider(name: string): boolean {
  return PROVIDERS.has(name);
}
