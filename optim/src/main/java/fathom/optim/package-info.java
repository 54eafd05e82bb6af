/**
 * Update rules and learning-rate schedules.
 *
 * <p>A rule of this package ({@link fathom.optim.SGD}, {@link fathom.optim.Adam}, ...) is written once, as expressions
 * of a parameter, its gradient and its state ({@code update}); {@link fathom.optim.FusedOptimizer} generates one kernel
 * from it and runs it over all parameters of a {@link fathom.optim.ParameterGroup}. Numbers that change from step to
 * step are scalars of the kernel, so nothing is compiled twice. Schedules ({@link fathom.optim.LRScheduler}) set the
 * groups' learning rates, and {@link fathom.optim.Clip} clips the gradients before the step.
 */
package fathom.optim;
