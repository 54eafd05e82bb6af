package fathom.vision.detection.regions;

/**
 * The size of an image in pixels.
 *
 * @param height its rows
 * @param width its columns
 */
public record ImageSize(int height, int width) {}
