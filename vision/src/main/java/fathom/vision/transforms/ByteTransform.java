package fathom.vision.transforms;

/** A transform that computes on uint8 as torchvision does. */
@FunctionalInterface
interface ByteTransform extends Transform {
    @Override
    default boolean acceptsBytes() {
        return true;
    }
}
