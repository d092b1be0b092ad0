// One server of ours and two of Node's with the sharded adapter: every operation, seen from each of them.

import { testMixedCluster } from '../support/mixed_cluster.mjs';

testMixedCluster('sharded');
