// One server of ours and two of Node's with the classic adapter: every operation, seen from each of them.

import { testMixedCluster } from '../support/mixed_cluster.mjs';

testMixedCluster('classic');
