//! Names as people have them, of one to five words, in their own letters.

use super::chance::Chance;

/// How the names of a place are put together.
#[derive(Clone, Copy)]
enum Order {
    /// Given name, family name.
    Western,
    /// Given name, middle name, family name.
    Middle,
    /// Given name and two family names.
    TwoFamilies,
    /// Family name, given name.
    FamilyFirst,
    /// One name, or two.
    Mononym,
}

const PLACES: [(usize, Order, &str, &str); 18] = [
    (
        16,
        Order::Middle,
        "Olivia,Liam,Emma,Noah,Ava,Ethan,Grace,Henry,Zoe,Caleb,Nora,Owen,Ruby,Wyatt,Alice,Miles,Iris,Jonah,Clara,Theo",
        "Smith,Johnson,Carter,Brooks,O'Connor,Murphy,Hughes,Bennett,Sullivan,Reed,Coleman,Foster,Hayes,Walsh,Barrett,McKenzie,Pryce,Whitfield,Lindley,Ashworth",
    ),
    (
        10,
        Order::TwoFamilies,
        "María José,Santiago,Lucía,Mateo,Ximena,Diego,Camila,Joaquín,Valentina,Álvaro,Inés,Emilio,Paloma,Rodrigo,Itziar,Martín",
        "García,Fernández,López,Ruiz,Torres,Muñoz,Ibáñez,Castro,Vega,Domínguez,Núñez,Paredes,Ortega,Salinas,Cárdenas,Urrutia",
    ),
    (
        8,
        Order::Western,
        "Hannah,Lukas,Mia,Jonas,Lena,Felix,Greta,Moritz,Frieda,Emil,Klara,Anton,Ida,Jürgen,Heike,Sönke",
        "Müller,Schmidt,Weber,Vogel,Krüger,Hoffmann,Schäfer,Köhler,Bauer,Groß,von Berg,Zimmermann,Fuchs,Lorenz,Böhm,Seidel",
    ),
    (
        9,
        Order::Western,
        "Priya,Arjun,Ananya,Ravi,Meera,Vikram,Kavya,Rohan,Lakshmi,Sanjay,Ishita,Aditya,Nandini,Karthik,Deepa,Imran",
        "Sharma,Iyer,Raman,Mehta,Nair,Gupta,Banerjee,Reddy,Kulkarni,Patel,Chatterjee,Menon,Desai,Khan,Venkataraman,Bhattacharya",
    ),
    (9, Order::FamilyFirst, "伟,芳,娜,秀英,敏,静,丽,强,磊,洋,艳,勇,军,杰,晓明,思雨", "陈,王,李,张,刘,杨,黄,赵,吴,周,徐,孙,马,朱,欧阳,司马"),
    (
        5,
        Order::FamilyFirst,
        "翔太,結衣,蓮,葵,陽菜,悠真,さくら,大輔,美咲,健太,由美,直樹,彩,拓也,麻衣,亮",
        "佐藤,鈴木,高橋,田中,渡辺,伊藤,山本,中村,小林,加藤,吉田,山田,佐々木,松本,井上,長谷川",
    ),
    (
        5,
        Order::FamilyFirst,
        "민준,서연,지우,하준,수아,도윤,지민,예은,현우,유진,성민,은지,태영,미나,준호,소영",
        "김,이,박,최,정,강,조,윤,장,임,한,오,서,신,남궁,황보",
    ),
    (
        6,
        Order::Western,
        "فاطمة,محمد,ليلى,أحمد,مريم,عمر,نور,يوسف,سلمى,كريم,هدى,طارق,رانيا,سامي,أمينة,بلال",
        "المنصور,حداد,بن علي,الهاشمي,خوري,الشريف,ناصر,البكري,عيسى,الحسن,قاسم,المصري,زيدان,السيد,منصوري,الخطيب",
    ),
    (
        6,
        Order::Western,
        "Kwame,Amara,Chidi,Ngozi,Kofi,Adaeze,Tunde,Folake,Sekou,Aïssatou,Wanjiku,Otieno,Thandiwe,Sipho,Zanele,Idris",
        "Mensah,Okafor,Adeyemi,Diallo,Mwangi,Nkosi,Osei,Balogun,Traoré,Kamau,Dlamini,Eze,Ndiaye,Mutua,Abara,Sesay",
    ),
    (
        5,
        Order::Western,
        "Amélie,Lucas,Chloé,Hugo,Inès,Théo,Manon,Éloïse,Antoine,Camille,Benoît,Margaux,Loïc,Solène,Maël,Agnès",
        "Dubois,Martin,Lefèvre,Moreau,Girard,Fontaine,Rousseau,Lemoine,Chevalier,d'Arcy,Besson,Guérin,Le Gall,Perrin,Charpentier,Marchand",
    ),
    (
        5,
        Order::Western,
        "Олена,Дмитро,Анна,Иван,Катерина,Сергей,Наталія,Алексей,Юлія,Андрій,Ольга,Максим,Тетяна,Павел,Ірина,Богдан",
        "Шевченко,Коваленко,Иванов,Петренко,Волков,Бондар,Мельник,Соколов,Ткаченко,Морозов,Кравчук,Лебедев,Савченко,Орлов,Гончар,Романюк",
    ),
    (
        4,
        Order::Western,
        "Zeynep,Emre,Elif,Mehmet,Ayşe,Burak,Defne,Oğuz,İpek,Çağlar,Şule,Kerem,Gülşah,Yiğit,Nehir,Ünal",
        "Yılmaz,Demir,Şahin,Çelik,Öztürk,Aydın,Arslan,Koç,Güneş,Doğan,Kılıç,Erdoğan,Çetin,Özkan,Tekin,Işık",
    ),
    (
        3,
        Order::Western,
        "Freya,Oskar,Ingrid,Magnus,Åsa,Sven,Sigrún,Björn,Astrid,Eirik,Liv,Søren,Maja,Henrik,Päivi,Jukka",
        "Lindqvist,Johansson,Sørensen,Berg,Nilsson,Østergaard,Hansen,Jónsdóttir,Gunnarsson,Virtanen,Mäkinen,Håkansson,Dahl,Ström,Aalto,Kjær",
    ),
    (
        3,
        Order::FamilyFirst,
        "Thị Mai,Văn Hùng,Thu Hà,Minh Tuấn,Ngọc Anh,Đức Long,Thanh Tâm,Quốc Bảo,Phương Linh,Gia Huy,Hồng Nhung,Anh Dũng",
        "Nguyễn,Trần,Lê,Phạm,Hoàng,Huỳnh,Phan,Vũ,Võ,Đặng,Bùi,Đỗ",
    ),
    (
        3,
        Order::TwoFamilies,
        "João,Ana,Tiago,Beatriz,Rafael,Larissa,Gonçalo,Inês,Thiago,Luíza,Caio,Débora,Matheus,Fernanda,Vinícius,Mariana",
        "Silva,Santos,Oliveira,Souza,Pereira,Costa,Almeida,Ferreira,Mendes,Rocha,Conceição,Araújo,Brandão,Lourenço,da Cunha,dos Anjos",
    ),
    (
        2,
        Order::Mononym,
        "Sukarno,Budi,Dewi,Wayan,Ketut,Sari,Agus,Suharto,Putri,Joko,Rahayu,Slamet,Indah,Wibowo",
        "Santoso,Lestari,Pratama,Wijaya,Hartono,Kusuma,Setiawan,Utami,Saputra,Anggraini,Nugroho,Halim,Siregar,Tanjung",
    ),
    (
        2,
        Order::Western,
        "Νίκος,Ελένη,Γιώργος,Μαρία,Δημήτρης,Σοφία,Κώστας,Κατερίνα,Θάνος,Ιωάννα,Σπύρος,Δέσποινα",
        "Παπαδόπουλος,Νικολάου,Γεωργίου,Οικονόμου,Βασιλείου,Αντωνίου,Μακρής,Ιωαννίδης,Καραγιάννης,Λάμπρου,Σταύρου,Χατζής",
    ),
    (
        3,
        Order::Western,
        "Jan,Fleur,Daan,Sanne,Bram,Femke,Anna,Piotr,Zofia,Tomasz,Agnieszka,Łukasz,Lotte,Ruben,Małgorzata,Jeroen",
        "van den Berg,de Vries,Jansen,van Dijk,Bakker,Kowalska,Nowak,Wiśniewski,Wójcik,Kamińska,ter Horst,van 't Hof,Zając,Dąbrowski,Smit,de Wit",
    ),
];

/// Somebody's name.
pub fn name(chance: &mut Chance) -> String {
    let (_, order, given, family) = PLACES[chance.weighted(&PLACES.map(|(weight, ..)| weight))];
    let (given, family): (Vec<&str>, Vec<&str>) = (given.split(',').collect(), family.split(',').collect());
    let (first, last) = (*chance.of(&given), *chance.of(&family));
    match order {
        Order::Middle if chance.percent(25) => format!("{first} {} {last}", chance.of(&given)),
        Order::TwoFamilies if chance.percent(70) => format!("{first} {last} {}", chance.of(&family)),
        // Written without a space where the letters are not Latin.
        Order::FamilyFirst if last.is_ascii() || last.chars().any(|letter| letter.is_ascii_alphabetic()) => format!("{last} {first}"),
        Order::FamilyFirst => format!("{last}{first}"),
        Order::Mononym if chance.percent(50) => first.to_owned(),
        // Two families with a hyphen, here and there.
        Order::Western if chance.percent(3) => format!("{first} {last}-{}", chance.of(&family)),
        _ => format!("{first} {last}"),
    }
}

/// The part of an address before the `@`: the name in letters every mail server takes.
pub fn address(name: &str) -> String {
    let plain = deunicode::deunicode(name).to_lowercase();
    let words: Vec<String> = plain.split_whitespace().map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>()).collect();
    words.iter().filter(|word| !word.is_empty()).map(String::as_str).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::{address, name};
    use crate::generate::chance::Chance;
    use std::collections::HashSet;

    #[test]
    fn names_are_many_of_many_scripts_and_each_has_an_address() {
        let mut chance = Chance::new(3);
        let names: HashSet<String> = (0..20_000).map(|_| name(&mut chance)).collect();
        assert!(names.len() > 4_000, "{}", names.len());
        assert!(names.iter().all(|name| !address(name).is_empty() && address(name).is_ascii()));
        for script in ['陈', '佐', '김', 'ح', 'О', 'Π', 'ễ', 'ş', 'ñ'] {
            assert!(names.iter().any(|name| name.contains(script)), "nobody with {script}");
        }
        assert!(names.iter().any(|name| !name.contains(' ')) && names.iter().any(|name| name.split(' ').count() > 3));
        assert_eq!(address("Sönke O'Connor-Groß"), "sonke.oconnorgross");
    }
}
