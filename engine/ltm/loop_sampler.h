// Strong loops where all of them are too many: at each row and from each stock the shortest ways to and from every node, an edge being
// longer the weaker its score is there, -ln|score| and not less than 0 (Eberlein & Schoenberg 2020, who follow the strongest link first); then
// each edge closes a loop with the way to it and the way back. What it loses can be said: a loop that is nowhere such a way there and back. In a
// component without a stock every node serves as one.
#pragma once
#include "ltm/loop_pool.h"

namespace loopscope {

// Returns the number of rows that it got to before the budget stopped it.
uint32_t sample_loops(const ScoreTable& table, const DiscoveryOptions& options, LoopPool& pool, Budget& budget);

}  // namespace loopscope
