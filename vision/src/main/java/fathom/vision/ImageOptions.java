package fathom.vision;

/** Options for reading image files: {@code Images.read(path, o -> o.applyExifOrientation(true))}. */
public final class ImageOptions {
    boolean applyExifOrientation;

    ImageOptions() {}

    /**
     * Whether the image is rotated and mirrored according to its EXIF orientation, so that it is upright. Default:
     * false, the pixels as stored.
     */
    public ImageOptions applyExifOrientation(boolean apply) {
        this.applyExifOrientation = apply;
        return this;
    }
}
