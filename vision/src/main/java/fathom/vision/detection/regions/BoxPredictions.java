package fathom.vision.detection.regions;

import fathom.Tensor;

/**
 * The objects that a detector finds in an image, by descending score; torchvision's dictionary.
 *
 * @param boxes {@code [N, 4]}: left, top, right and bottom in pixels
 * @param scores {@code [N]}
 * @param labels int64 {@code [N]}, from 1; 0 is background
 */
public record BoxPredictions(Tensor boxes, Tensor scores, Tensor labels) {}
