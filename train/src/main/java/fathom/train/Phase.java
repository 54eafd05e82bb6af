package fathom.train;

import fathom.nn.Block;
import java.util.function.Function;

/**
 * A part of a training step with an optimiser of its own.
 *
 * @param name the name in checkpoints; empty for the only phase of a step
 * @param net the network whose parameters it updates
 * @param step computes its losses
 */
record Phase<B>(String name, Block net, PhaseOptions options, Function<? super B, Losses> step) {}
