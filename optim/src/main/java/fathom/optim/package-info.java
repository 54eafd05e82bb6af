/**
 * Update rules and learning-rate schedules.
 *
 * <p>A rule of this package ({@link fathom.optim.SGD}, {@link fathom.optim.Adam}, ...) is written once, as expressions
 * of a parameter, its gradient and its state ({@code update}); {@code FusedOptimizer} makes one generated kernel of it
 * and runs that over all parameters of a {@link fathom.optim.ParameterGroup}. Numbers that change from step to step are
 * the kernel's scalars, so nothing is compiled twice. Schedules ({@link fathom.optim.LRScheduler}) change the groups'
 * rates, and {@link fathom.optim.Clip} the gradients, before the step.
 */
package fathom.optim;
