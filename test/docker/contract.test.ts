import { hasDocker } from '@davit/testkit';
import { rolloutDriverContract } from '@davit/testkit/contract';
import { dockerWorld } from './world.ts';

rolloutDriverContract('Docker', { world: dockerWorld, skip: !hasDocker() });
