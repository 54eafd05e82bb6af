package fathom.cli;

import fathom.train.recipe.RecipeOptions;
import picocli.CommandLine.Option;

/** How the devices or processes that share a training work together. */
final class SharingOptions {
    @Option(
            names = "--sync-batch-norm",
            description =
                    "With --distributed or --devices: batch norms use the statistics of the whole batch, rather than"
                            + " of each one's part.")
    private boolean syncBatchNorm;

    @Option(
            names = "--compress-gradients",
            description = "With --distributed or --devices: gradients are sent in bfloat16, half the bytes.")
    private boolean compressGradients;

    @Option(
            names = "--shard-optimizer",
            description =
                    "With --distributed or --devices: each keeps the optimiser's state of some parameters and updates"
                            + " these alone (ZeRO, stage 1); results are the same.")
    private boolean shardOptimizer;

    void set(RecipeOptions o) {
        o.syncBatchNorm(syncBatchNorm).compressGradients(compressGradients).shardOptimizer(shardOptimizer);
    }
}
