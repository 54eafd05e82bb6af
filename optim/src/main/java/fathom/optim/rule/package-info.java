/**
 * Further update rules, beside those of {@link fathom.optim}: RAdam, ASGD, Rprop, Yogi, Lion, LAMB, Adafactor and Muon,
 * and those that evaluate the loss several times per step, LBFGS and SAM.
 */
@NullMarked
package fathom.optim.rule;

import org.jspecify.annotations.NullMarked;
