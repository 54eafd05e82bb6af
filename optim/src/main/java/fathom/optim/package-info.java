/** Update rules and learning-rate schedules. */
package fathom.optim;
