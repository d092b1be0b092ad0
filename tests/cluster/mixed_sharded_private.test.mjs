// As mixed_sharded.test.mjs, where rooms of sockets' own ids have channels, too.

import { testMixedCluster } from '../support/mixed_cluster.mjs';

testMixedCluster('sharded', { mode: 'dynamic-private' });
