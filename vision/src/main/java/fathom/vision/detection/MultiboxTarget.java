package fathom.vision.detection;

import fathom.Tensor;

/**
 * The training targets of anchors, for a batch of B images and A anchors.
 *
 * @param offset the offsets of the assigned boxes from the anchors, {@code [B, 4 A]}; 0 for background
 * @param mask 1 for the offsets that count, 0 for those of background, {@code [B, 4 A]}
 * @param label the classes plus one, int64 {@code [B, A]}; 0 for background
 */
public record MultiboxTarget(Tensor offset, Tensor mask, Tensor label) {}
