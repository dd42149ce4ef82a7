//! One story, told of both places.

use crate::{Bucket, CHUNK, Store};
use clock::Clock;
use futures_util::TryStreamExt;
use hyper_util::rt::{TokioExecutor, TokioIo};
use outbound::{Outbound, Reach};
use std::io::ErrorKind;
use std::path::PathBuf;

fn temp(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("fulcrum-store-{name}-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// A store that speaks S3 and checks signatures; the address to use it, with this secret.
async fn s3(secret: &str) -> (PathBuf, String) {
    let root = temp("s3");
    std::fs::create_dir_all(root.join("northwind")).unwrap();
    let mut service = s3s::service::S3ServiceBuilder::new(s3s_fs::FileSystem::new(root.clone()).unwrap());
    service.set_auth(s3s::auth::SimpleAuth::from_single("fulcrum", "a/secret+one"));
    let service = service.build();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            let serving = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            tokio::spawn(async move { serving.serve_connection(TokioIo::new(socket), service).await.is_ok() });
        }
    });
    (root, format!("http://fulcrum:{secret}@{at}/northwind?region=eu-central-1"))
}

fn door() -> Outbound {
    Outbound::new(Reach::anywhere(), Clock::of_this_machine())
}

async fn read(store: &Store, begins: &str, from: u64, length: u64) -> Vec<u8> {
    store.read(begins, from, length).await.unwrap().try_concat().await.unwrap()
}

async fn keeps_what_it_is_given(store: Store) {
    let long: Vec<u8> = (0..CHUNK + 1000).map(|n| (n % 251) as u8).collect();
    store.put("recordings/ada/one.000000", &long).await.unwrap();
    store.put("recordings/ada/one.000001", b"end").await.unwrap();
    store.put("recordings/ada/two.000000", b"another").await.unwrap();
    store.put("recordings/eve/one.000000", b"somebody else's").await.unwrap();
    let whole = [long.as_slice(), b"end"].concat();
    assert_eq!(read(&store, "recordings/ada/one.", 0, u64::MAX).await, whole);
    let last = whole.len() as u64 - 5;
    assert_eq!(read(&store, "recordings/ada/one.", last, 4).await, &whole[whole.len() - 5..whole.len() - 1]);
    assert_eq!(read(&store, "recordings/ada/one.", whole.len() as u64, 4).await, b"");
    // Written anew, it is the new one.
    store.put("recordings/ada/one.000001", b"END").await.unwrap();
    assert_eq!(store.part("recordings/ada/one.000001", 1, 9).await.unwrap(), b"ND");
    assert_eq!(store.list("recordings/ada/").await.unwrap().len(), 3);
    // No key leads anywhere else.
    for key in ["recordings/../ada", "/etc/passwd", "recordings//one", "recordings", "recordings/.one", "recordings/a b", ""] {
        assert_eq!(store.put(key, b"x").await.unwrap_err().kind(), ErrorKind::InvalidInput, "{key}");
        assert_eq!(store.part(key, 0, 1).await.unwrap_err().kind(), ErrorKind::InvalidInput, "{key}");
    }
    store.delete("recordings/ada/one.").await.unwrap();
    assert_eq!(store.part("recordings/ada/one.000000", 0, 1).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(read(&store, "recordings/ada/", 0, 100).await, b"another");
    store.delete("recordings/ada/").await.unwrap();
    store.delete("recordings/ada/").await.unwrap();
    assert_eq!(store.list("recordings/ada/").await.unwrap(), []);
    assert_eq!(read(&store, "recordings/eve/", 0, 100).await, b"somebody else's");
}

#[tokio::test]
async fn files_are_kept_in_a_folder() {
    let folder = temp("folder");
    // The machine stopped while something was written.
    std::fs::create_dir_all(folder.join("recordings/ada")).unwrap();
    std::fs::write(folder.join("recordings/ada/one.000007~"), b"half").unwrap();
    keeps_what_it_is_given(Store::folder(folder.clone())).await;
    assert!(!folder.join("recordings/ada").exists(), "a folder goes with its last file");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn files_are_kept_in_a_bucket() {
    let (root, address) = s3("a%2Fsecret%2Bone").await;
    keeps_what_it_is_given(Store::bucket(Bucket::new(&address, door()).unwrap())).await;
    std::fs::remove_dir_all(root).unwrap();
}

#[tokio::test]
async fn a_bucket_that_does_not_let_us_in_says_so_and_no_secret_is_told() {
    let (root, address) = s3("another-secret").await;
    let bucket = Bucket::new(&address, door()).unwrap();
    assert!(!format!("{bucket:?}").contains("secret"));
    let refused = Store::bucket(bucket).put("recordings/ada/one", b"x").await.unwrap_err().to_string();
    assert!(refused.contains("403") && !refused.contains("secret"), "{refused}");
    for address in ["https://host/bucket", "https://key@host/bucket", "https://key:secret@host/", "ftp://key:secret@host/bucket", "nonsense"] {
        let why = Bucket::new(address, door()).unwrap_err();
        assert!(why.contains("https://KEY:SECRET@host/bucket") && !why.contains("secret"), "{why}");
    }
    std::fs::remove_dir_all(root).unwrap();
}
