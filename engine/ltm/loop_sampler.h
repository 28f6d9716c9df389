// Strong loops where all of them are too many. At each row and from each stock, two searches:
// - the shortest ways to and from every node, an edge being longer the weaker its score is there, -ln|score| and not less than 0; then each
//   edge closes a loop with the way to it and the way back. This loses a loop that is nowhere such a way there and back;
// - the strongest-path search of "Finding the Loops That Matter" (Eberlein & Schoenberg 2020): depth first along the strongest link, on from a
//   node only if no path to it was as strong before. Where scores beyond 1 make long loops strong, as they do when opposite
//   influences nearly cancel, short ways are no guide, and it is this search that finds them.
// In a component without a stock every node serves as one.
#pragma once
#include "ltm/loop_pool.h"

namespace loopscope {

// Returns the number of rows that it got to before the budget stopped it.
uint32_t sample_loops(const ScoreTable& table, const DiscoveryOptions& options, LoopPool& pool, Budget& budget);

}  // namespace loopscope
