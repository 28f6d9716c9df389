// All loops whose edges are active at one same row, each once: exactly the elementary circuits of the graphs of the single rows.
//
// A component of the graph of ever-active edges is first made smaller without losing a circuit: a node with a single edge out (or
// in) is merged into that edge, the scores multiplied and the sets of active rows intersected; an edge from a node to itself is a loop,
// an edge left without rows is none. Then circuits through one busy node are searched, the node goes, and what is left is taken apart again.
//
// The search from a node is Johnson's (SIAM J. Comput. 4(1), 1975), for all rows at once: what he keeps in a bit for each node and edge
// (blocked; waiting for another node) is a bit for each row. For any one row it is exactly his algorithm on that row's graph, so it does not get
// lost in dead ends, which intersecting activity along the path alone would not prevent.
#pragma once
#include "ltm/loop_pool.h"

namespace loopscope {

// Needs the scores gathered. Incomplete if the budget stops.
void find_all_loops(const ScoreTable& table, const DiscoveryOptions& options, LoopPool& pool, Budget& budget);

}  // namespace loopscope
