package fathom.nn;

import fathom.Tensor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A place in a block for an adapter that corrects one of its products.
 *
 * @param name the name of the product within the block, such as {@code q_proj}; empty if the block has one only
 * @param weight the weight of the product, {@code [out, in]} or {@code [out, in/groups, kernel...]}; shares the memory
 *     of a parameter
 * @param groups the groups of a convolution; else 1
 * @param adapter returns the present adapter
 * @param attach sets the adapter, or removes it
 */
public record AdapterSlot(
        String name,
        Tensor weight,
        long groups,
        Supplier<@Nullable LoraAdapter> adapter,
        Consumer<@Nullable LoraAdapter> attach) {}
