package fathom;

import fathom.ir.Kernel;
import fathom.memory.Storage;
import fathom.primitive.Composed;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.primitive.ScalarSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A listener for the operations of one thread, in order, called by the dispatcher, by tensors and by generators: the
 * capture of a step ({@link Tracing}) is one. Operations are unaware of it; see {@link Handlers}.
 */
interface OperationHandler {
    /** {@return the number that marks tensors and generators created while this handler is active; never 0} */
    long number();

    /**
     * An operation is about to use a tensor, or Java code queried its shape, its type or whether it requires a
     * gradient.
     */
    void using(Tensor tensor);

    /** Operations are about to use tensors. */
    default void using(Tensor[] tensors) {
        for (Tensor t : tensors) {
            using(t);
        }
    }

    /** {@return whether the parts of a composed primitive are handled as well} */
    default boolean enters(Composed primitive) {
        return true;
    }

    /** A primitive was applied; its parts, if it is composed, before it. */
    default void applied(Primitive primitive, Tensor[] inputs, Tensor[] outputs) {}

    /** A primitive is about to write into the memory of {@code self}. */
    default void writing(Primitive primitive, Tensor self, Tensor[] inputs) {}

    /** Memory was allocated for a new tensor. */
    void allocated(Storage storage);

    /** A backend is about to compute outputs. */
    void computing(Computed primitive, Operand[] in, Tensor[] inputs, Operand[] out, Tensor[] outputs);

    /** A backend is about to run one kernel over many sets of tensors. */
    void updating(
            Kernel kernel,
            ScalarSource scalars,
            List<Operand[]> in,
            List<Tensor[]> inputs,
            List<Operand[]> out,
            List<Tensor[]> outputs);

    /** {@link Dispatch#check(Tensor, DoubleConsumer)} is about to check a number. */
    void checking(Tensor number, Operand operand, LongConsumer check);

    /** A number supplied by Java is about to be written. */
    void feeding(Tensor number, Operand operand, LongConsumer write);

    /** Java code is about to access memory by its address. */
    void exposing(Storage storage);

    /** A tensor is about to be copied to another device. */
    void copying(Device from, Device to);

    /** A tensor is about to be exempted from release. */
    void keeping(Tensor tensor);

    /** A tensor is about to be changed other than in its values. */
    void changing(Tensor tensor, String how);

    /**
     * State in Java is about to be modified.
     *
     * @param what completes "it changes ..."
     */
    void changing(String what);

    /**
     * A leaf's gradient was read.
     *
     * @return whether the leaf was unknown to the handler
     */
    boolean readingGradient(Tensor leaf, @Nullable Tensor gradient);

    /** A leaf's gradient is about to be replaced. */
    void replacingGradient(Tensor leaf, @Nullable Tensor gradient);

    /** A generator was drawn from. */
    void drawn(long number, Generator.@Nullable Opening open, Generator generator);

    /**
     * A generator created earlier is about to be used other than by drawing from it.
     *
     * @param what says how: "seeds a generator"
     */
    void usingGenerator(String what);

    /** The behaviour of the operations depends on a condition. */
    void guard(BooleanSupplier condition, String name);

    /** A block or an optimiser is being used. */
    void using(Object owner);

    /** A block or an optimiser is being created. */
    void made(Object owner);
}
