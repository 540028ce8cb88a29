import { has, hasDocker } from '@davit/testkit';
import { story } from '../ui/story.ts';
import { serveWorld } from './serve-world.ts';

// containers have no spec that somebody could edit: the driver repairs what was changed
story('Docker', { world: serveWorld, skip: !hasDocker() || !has('chromium'), edits: false });
