package fathom.vision;

/** How a picture file is read: {@code Images.read(path, o -> o.applyExifOrientation(true))}. */
public final class ImageOptions {
    boolean applyExifOrientation;

    ImageOptions() {}

    /**
     * Whether the picture is turned and mirrored as its EXIF orientation says, so that it is upright; cameras store
     * what their sensor sees. Default: false, the pixels as stored.
     */
    public ImageOptions applyExifOrientation(boolean apply) {
        this.applyExifOrientation = apply;
        return this;
    }
}
