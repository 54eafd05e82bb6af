package fathom.vision.transforms;

/**
 * A transform that computes on uint8 as torchvision does on Pillow's images. Data sets of images apply such transforms,
 * where a pipeline begins with them, to the bytes of each image, before the conversion to float32.
 */
@FunctionalInterface
interface ByteTransform extends Transform {}
