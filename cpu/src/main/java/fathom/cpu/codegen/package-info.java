/**
 * The kernel compiler: turns the expressions of {@link fathom.ir} into hidden classes of vector code.
 *
 * <p>{@link fathom.cpu.codegen.Lowering} rewrites expressions as a {@link fathom.cpu.codegen.Graph} of few, simple
 * operations (an exponential becomes a polynomial), the emitters print the graph as scalar or as vector bytecode, and
 * the writers put loops around it. Scalar and vector code do the same arithmetic and give the same bits, so a result
 * does not depend on where a row's tail begins or on what the JIT compiler has got to.
 */
package fathom.cpu.codegen;
