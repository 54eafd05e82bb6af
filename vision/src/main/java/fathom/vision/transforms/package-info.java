/**
 * Transforms of images: resizing, cropping, colours, random augmentation. {@link fathom.vision.transforms.Transforms}
 * creates them.
 */
package fathom.vision.transforms;
